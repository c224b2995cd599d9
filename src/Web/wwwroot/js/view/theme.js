/**
 * Lets the user choose between the system's colours, light and dark.
 * @param {HTMLSelectElement} select
 */
export function offerThemes(select) {
  const { dataset } = document.documentElement;
  select.value = dataset.theme ?? 'auto';
  select.onchange = () => {
    dataset.theme = select.value;
    try {
      localStorage.setItem('theme', select.value);
    } catch {
      // Where nothing may be kept, the choice holds until the page is closed.
    }
  };
}
