const MODIFIERS = ['Alt', 'Control', 'Meta', 'Shift'] as const;

/** Whether a text names a key with modifiers, such as `Alt+Shift+G`. */
export function isShortcut(text: string): boolean {
  const keys = text.split('+');
  const [key = ''] = keys.slice(-1);
  return (
    /^[A-Z0-9]$/.test(key) &&
    keys.length > 1 &&
    keys.slice(0, -1).every((name) => MODIFIERS.some((one) => one === name))
  );
}

/**
 * Calls an action when a shortcut is pressed.
 *
 * @returns ends it
 */
export function whenPressed(window: Window, shortcut: string, action: () => void): () => void {
  const [key = '', ...modifiers] = shortcut.split('+').reverse();
  // By the key's place: with Alt, keyboards of macOS type other characters.
  const code = /\d/.test(key) ? `Digit${key}` : `Key${key}`;
  const listener = (event: KeyboardEvent) => {
    if (event.code !== code || MODIFIERS.some((name) => event.getModifierState(name) !== modifiers.includes(name)))
      return;
    event.preventDefault();
    action();
  };
  window.addEventListener('keydown', listener);
  return () => {
    window.removeEventListener('keydown', listener);
  };
}
