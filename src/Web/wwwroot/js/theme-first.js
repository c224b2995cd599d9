// Not a module, so that it runs before the first paint: a page that is to be dark never flashes light.
try {
  document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'auto';
} catch {
  document.documentElement.dataset.theme = 'auto';
}
