// Asks a device for its passkey and sends the answer with the form. Without a script the password remains.
"use strict";
for (const form of document.querySelectorAll("form[data-device]")) {
  const adding = "new" in form.dataset;
  const read = window.PublicKeyCredential &&
    (adding ? PublicKeyCredential.parseCreationOptionsFromJSON : PublicKeyCredential.parseRequestOptionsFromJSON);
  if (!read) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const publicKey = read.call(PublicKeyCredential, JSON.parse(form.dataset.device));
    try {
      const device = navigator.credentials;
      const found = await (adding ? device.create({ publicKey }) : device.get({ publicKey }));
      form.elements.answer.value = JSON.stringify(found.toJSON());
      form.submit();
    } catch {
      // The person said no, or the device has none: the page stays as it is.
    }
  });
}
