// openapi.yaml with Swagger UI. Its only server is this one, and the demo token is filled in.
import {$, h} from './dom.js';

export function start() {
  const box = $('docs');
  const draw = () => {
    const ui = SwaggerUIBundle({
      url: '/openapi.yaml', domNode: box, defaultModelsExpandDepth: -1, docExpansion: 'full', tryItOutEnabled: true, validatorUrl: null,
      onComplete: () => ui.preauthorizeApiKey('bearerAuth', 'demo'),
    });
  };
  // Swagger UI leaves fields without a name, and regions that scroll out of reach of the keyboard.
  new MutationObserver(() => {
    for (const field of box.querySelectorAll('input, select, textarea')) field.ariaLabel ??= field.placeholder || field.id || 'Value';
    for (const icon of box.querySelectorAll('.copy-to-clipboard button')) icon.ariaLabel = 'Copy';
    for (const pre of box.querySelectorAll('pre')) pre.tabIndex = 0;
  }).observe(box, {childList: true, subtree: true});
  document.head.prepend(h('link', {rel: 'stylesheet', href: '/docs/swagger-ui.css'}));
  document.head.append(h('script', {src: '/docs/swagger-ui-bundle.js', onload: draw}));
}
