// Asks for what moves on this page again while it moves; what a person is typing into stays as it is.
"use strict";

(function () {
  const every = 3000;
  const longest = 60000;
  let wait = every;

  // What a person is using is left alone: a field with the cursor in it, a form that was opened
  function inUse(part) {
    return part.contains(document.activeElement) || part.querySelector("details.act[open]") !== null;
  }

  // The element itself stays, so that what changes in it is read aloud
  function renew(part, fresh) {
    const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
    if (part.innerHTML === fresh.innerHTML) {
      return;
    }
    part.replaceChildren(...fresh.childNodes);
    for (const id of open) {
      const again = id === "" ? part.querySelector("details") : document.getElementById(id);
      if (again !== null) {
        again.open = true;
      }
    }
  }

  function renewAll(root, page) {
    const fresh = page.getElementById(root.id);
    if (fresh === null) {
      return;
    }
    root.dataset.waiting = fresh.dataset.waiting;
    const parts = root.querySelectorAll("[data-part]");
    for (const part of parts.length === 0 ? [root] : parts) {
      const other = page.getElementById(part.id);
      if (other === null) {
        part.replaceChildren();
      } else if (!inUse(part)) {
        renew(part, other);
      }
    }
  }

  async function again() {
    const root = document.querySelector("[data-live]");
    if (root === null || root.dataset.waiting !== "yes") {
      return;
    }
    if (!document.hidden) {
      try {
        const answer = await fetch(root.dataset.live, { credentials: "same-origin", redirect: "error" });
        if (!answer.ok) {
          return;
        }
        renewAll(root, new DOMParser().parseFromString(await answer.text(), "text/html"));
        wait = every;
      } catch {
        wait = Math.min(wait * 2, longest);
      }
    }
    setTimeout(again, wait);
  }

  setTimeout(again, every);
})();
