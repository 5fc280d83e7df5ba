// Hands in a file as it is: a form would not send its octets unchanged.
"use strict";

(function () {
  const box = document.querySelector("[data-upload]");
  const form = box.querySelector("form");
  const said = box.querySelector(".upload-said");
  const button = form.querySelector("button");

  function say(kind, words, problems) {
    const message = document.createElement("div");
    message.className = `message ${kind}`;
    message.textContent = words;
    if (problems.length > 0) {
      const list = document.createElement("ul");
      list.className = "problems";
      for (const problem of problems) {
        const item = document.createElement("li");
        item.textContent = problem;
        list.append(item);
      }
      message.append(list);
    }
    said.replaceChildren(message);
  }

  async function handIn(file) {
    const answer = await fetch(box.dataset.upload, {
      method: "POST",
      body: file,
      credentials: "same-origin",
      redirect: "error",
      headers: { "frisket-csrf": box.dataset.csrf, "content-type": "application/octet-stream" },
    });
    const result = await answer.json();
    if (result.state === "accepted") {
      say("good", `Version ${result.version} of ${result.namespace} is accepted.`, []);
      location.reload();
    } else {
      say("bad", result.error || "This bundle is refused, and nothing was changed:", result.problems || []);
    }
  }

  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.querySelector("input").files[0];
    if (file === undefined) {
      return;
    }
    button.disabled = true;
    say("", "The hub checks it and replays every case …", []);
    try {
      await handIn(file);
    } catch {
      say("bad", "The hub did not answer. Try again; handing in twice does no harm.", []);
    } finally {
      button.disabled = false;
    }
  });
})();
