// Asks for the state of this agent again until it has what it should have; the form beside it stays as it is.
"use strict";

(function () {
  const every = 3000;
  const longest = 60000;
  let wait = every;

  async function again() {
    const state = document.getElementById("state");
    if (state === null || state.dataset.waiting !== "yes") {
      return;
    }
    if (!document.hidden && !state.contains(document.activeElement)) {
      try {
        const answer = await fetch(state.dataset.state, { credentials: "same-origin", redirect: "error" });
        if (!answer.ok) {
          return;
        }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("state");
        if (fresh === null) {
          return;
        }
        const open = state.querySelector("details[open]") !== null;
        if (open && fresh.querySelector("details") !== null) {
          fresh.querySelector("details").open = true;
        }
        // The section itself stays, so that what changes in it is read aloud
        state.dataset.waiting = fresh.dataset.waiting;
        state.replaceChildren(...fresh.childNodes);
        wait = every;
      } catch {
        wait = Math.min(wait * 2, longest);
      }
    }
    setTimeout(again, wait);
  }

  setTimeout(again, every);
})();
