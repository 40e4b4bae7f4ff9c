// What every page does on top of plain forms and links. Nothing here is needed to use the portal.
(function () {
  "use strict";

  document.documentElement.classList.add("with-script");

  // After a form was refused, the reader starts at the list of what is wrong.
  function focusSummary(root) {
    const summary = root.querySelector("[data-focus-on-load]");
    if (summary) {
      summary.focus();
    }
  }

  // A link of the summary leads into the field itself, also when it is in a fold.
  document.addEventListener("click", function (event) {
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (field) {
      event.preventDefault();
      const fold = field.closest("details:not([open])");
      if (fold) {
        fold.open = true;
      }
      const control = field.matches("fieldset") ? field.querySelector("input, select, textarea") : field;
      (control || field).focus();
      field.scrollIntoView({ block: "center" });
    }
  });

  // Acts that cannot be taken back are asked about once, in words: data-confirm on the form or the
  // button says what will happen. Without script the server shows its own page of confirmation.
  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    const words = (button && button.dataset.confirm) || event.target.dataset.confirm;
    if (words && !window.confirm(words)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // A form is sent once: a second press while the first is under way does nothing.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button && button.dataset.busy) {
      window.setTimeout(function () {
        button.textContent = button.dataset.busy;
      }, 1000);
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });

  // One menu at a time; Escape and a click elsewhere close it.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
  });
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Selects marked data-submit-on-change send their form; the button beside them stays.
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit-on-change]")) {
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) {
      window.print();
    }
  });

  // What htmx has put on the page is said once, in the region for messages: the element that came
  // in names its words in data-announce (“找到 52 个岗位”).
  document.addEventListener("htmx:after:swap", function (event) {
    const root = event.target.nodeType === 1 ? event.target : document;
    const spoken = root.matches && root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
    const region = document.getElementById("announcements");
    if (spoken && region) {
      region.textContent = spoken.dataset.announce;
    }
    focusSummary(root);
  });

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", function () { focusSummary(document); });
  } else {
    focusSummary(document);
  }
})();
