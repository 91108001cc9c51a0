import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Icon } from './icon';
import { THEMES, ThemeChoice } from './theme';

/** Three native radio buttons that look like one switch: arrow keys work as everywhere. */
@Component({
  selector: 'wb-theme-switch',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <fieldset>
      <legend class="sr-only">Theme</legend>
      @for (theme of themes; track theme) {
        <label [title]="theme + ' theme'">
          <input
            type="radio"
            name="theme"
            class="sr-only"
            [value]="theme"
            [checked]="choice.chosen() === theme"
            (change)="choice.choose(theme)"
          />
          <span class="face"
            ><wb-icon [name]="theme" /><span class="sr-only">{{ theme }}</span></span
          >
        </label>
      }
    </fieldset>
  `,
  styles: `
    fieldset {
      position: relative;
      display: flex;
      padding: 0.1875rem;
      border: 1px solid var(--wb-line);
      border-radius: 0.625rem;
      background: var(--wb-surface-2);
    }
    .face {
      display: grid;
      place-items: center;
      width: 2rem;
      height: 1.75rem;
      border-radius: 0.4375rem;
      color: var(--wb-text-2);
      cursor: pointer;
    }
    input:checked + .face {
      background: var(--wb-surface);
      color: var(--wb-accent);
      box-shadow: 0 0 0 1px var(--wb-line-strong);
    }
    input:focus-visible + .face {
      outline: 0.1875rem solid var(--wb-accent);
      outline-offset: 0.125rem;
    }
  `
})
export class ThemeSwitch {
  protected readonly choice = inject(ThemeChoice);
  protected readonly themes = THEMES;
}
