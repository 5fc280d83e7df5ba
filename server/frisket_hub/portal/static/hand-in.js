// A file is chosen instead of pasted: its text goes where one would paste it, and the form stays the same.
"use strict";

(function () {
  const form = document.querySelector("[data-hand-in]");
  const field = form.querySelector("[data-file]");
  const text = form.querySelector("textarea");
  const most = 1 << 20;

  field.hidden = false;
  field.querySelector("input").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (file !== undefined && file.size <= most) {
      text.value = await file.text();
    }
  });
})();
