// Draws the API's documentation from its OpenAPI document, in the theme of the console.
const place = document.getElementById("api-docs");

document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "full",
  validatorUrl: null,
});
