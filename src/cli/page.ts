import {html} from 'hono/html';

/**
 * Writes the one line that puts the chat on a page of any origin.
 *
 * @param origin - Where the server is reached.
 */
export function writeTag(origin: string): string {
  return `<script async src="${origin}/firstword.js" data-endpoint="${origin}/chat" data-rum="${origin}/v1/turns"></script>`;
}

/**
 * Writes the page at `/`: the chat on it, the one line to paste, and where to look next.
 *
 * @param facts.origin - Where the reader reached the server.
 * @param facts.modelName - Who answers.
 * @param facts.origins - Origins that were allowed to ask.
 */
export function writePage({
  origin,
  modelName,
  origins,
}: {
  origin: string;
  modelName: string;
  origins: readonly string[];
}) {
  const allowed =
    origins.length > 0 ? `Pages of ${origins.join(', ')} may ask.` : 'No page of another origin may ask yet.';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Firstword is here</title>
<link rel="icon" href="data:,">
<style>
body { max-width: 40rem; margin: 12vh clamp(0rem, 8vw, 8rem); padding: 0 1.25rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; text-wrap: balance; }
h2 { margin-top: 2.5rem; font-size: 1.125rem; }
pre { padding: 1rem; border: 1px solid; border-radius: 0.5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 0.875em/1.6 ui-monospace, monospace; }
button { padding: 0.625rem 1.25rem; border: 0; border-radius: 2rem; background: CanvasText; color: Canvas; font: inherit; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 2px solid; outline-offset: 3px; }
a { color: inherit; }
</style>
</head>
<body>
<main>
<h1>The chat is on this page. Ask it something.</h1>
<p>Answers come from ${modelName}.</p>
<p><button type="button" id="ask">Open the chat</button></p>
<h2>On your own page</h2>
<p>Paste this line, anywhere in the page:</p>
<pre><code>${writeTag(origin)}</code></pre>
<p>${allowed} Name them when you start: <code>firstword serve --origin https://shop.example</code></p>
<h2>What visitors felt</h2>
<p><a href="/dashboard/">The dashboard</a> draws every turn once it is over; <a href="/v1/summary">the summary</a> and <a href="/metrics">the metrics</a> are the same figures for programs.</p>
</main>
<script async src="/firstword.js" data-endpoint="/chat" data-rum="/v1/turns" data-open-selector="#ask" data-suggestions="What is Firstword?|Who answers me?|How do I put this on my own page?"></script>
</body>
</html>`;
}
