"use strict";

// Swagger UI without inline scripts, as the content security policy wants it. Requests
// made from the page carry the session, so they carry its CSRF token, too.
const page = document.getElementById("api-docs");

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = page.dataset.csrf;
    return request;
  },
});
