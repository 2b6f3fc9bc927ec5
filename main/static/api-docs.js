/* The page at /api/docs/: shows the schema, and sends what is tried out as the page's own session. */
/* global document, window, SwaggerUIBundle */
(() => {
  const { schema, csrfToken } = document.getElementById("api").dataset;

  const withCsrfToken = (request) => {
    const isOurs = new URL(request.url, window.location.href).origin === window.location.origin;
    if (isOurs && request.method && request.method !== "GET") {
      request.headers["X-CSRFToken"] = csrfToken;
    }
    return request;
  };

  window.ui = SwaggerUIBundle({
    url: schema,
    domNode: document.getElementById("api"),
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    requestInterceptor: withCsrfToken,
    defaultModelsExpandDepth: 0,
    deepLinking: true,
    validatorUrl: null, // it would be asked of another host
  });
})();
