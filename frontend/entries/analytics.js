// Page counts for Google Analytics; base.html loads this only if a tracker id is set.
const id = document.documentElement.dataset.trackerId;

if (id) {
  window.dataLayer = window.dataLayer || [];
  // gtag.js reads the arguments object itself; an array will not do.
  const gtag = function () {
    window.dataLayer.push(arguments);
  };
  gtag("js", new Date());
  gtag("config", id, { anonymize_ip: true });
}
