/** What a servlet container answers by itself, in HTML, where no web app answers. */

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  403: 'Forbidden',
  413: 'Content Too Large',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** An error page of the host. `detail` is shown to the reader and must hold nothing that a client sent unescaped. */
export function errorPage(status: number, detail: string): string {
  const heading = `HTTP Status ${status} – ${TITLES[status] ?? 'Error'}`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head>` +
    `<body><h1>${heading}</h1><p>${escapeHtml(detail)}</p></body></html>`
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
