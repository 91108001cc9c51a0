/**
 * What a custom property looks like on this element right now. `light-dark()` is resolved only where a colour is used,
 * so the element lends its own `color`, which a canvas does not show.
 */
export function colourOf(element: HTMLElement, property: string): string {
  element.style.color = `var(${property})`;
  const colour = getComputedStyle(element).color;
  element.style.color = '';
  return colour;
}
