// To load the page again must not send a form again, which would make another token.
history.replaceState(null, "", document.body.dataset.path);

const copy = document.getElementById("copy");
copy?.addEventListener("click", async () => {
  const token = document.getElementById("token");
  const range = document.createRange();
  range.selectNodeContents(token);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  // Without TLS browsers have no clipboard for pages: what is selected can be copied by hand.
  await navigator.clipboard?.writeText(token.textContent);
  document.getElementById("copied").textContent = navigator.clipboard
    ? "Copied."
    : "Selected: copy it now.";
});

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", event => {
    if (!confirm(form.dataset.confirm)) {
      event.preventDefault();
    }
  });
}
