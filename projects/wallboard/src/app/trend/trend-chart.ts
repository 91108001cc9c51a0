import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  effect,
  inject,
  input,
  untracked,
  viewChild
} from '@angular/core';
import {
  BarController,
  BarElement,
  Chart,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  Tooltip
} from 'chart.js';
import { ThemeChoice } from '../shell/theme';
import { colourOf } from './chart-colours';
import { type ChartFont, type ChartPalette, toDataset, toOptions } from './chart-options';
import type { Trend } from './series';

Chart.register(BarController, BarElement, LineController, LineElement, LinearScale, PointElement, Tooltip);

/** Draws a trend with Chart.js. The only file that brings Chart.js in; it is loaded when the board is already on screen. */
@Component({
  selector: 'wb-trend-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<canvas #canvas role="img" [attr.aria-label]="trend().summary"></canvas>`,
  styles: `
    :host {
      position: relative;
      display: block;
      height: 100%;
      min-width: 0;
    }
    canvas {
      position: absolute;
      inset: 0;
      font-size: 0.75rem;
    }
  `
})
export class TrendChart {
  readonly trend = input.required<Trend>();
  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');
  readonly #theme = inject(ThemeChoice);
  #chart: Chart<'bar' | 'line', { x: number; y: number | null }[]> | undefined;

  constructor() {
    effect(() => {
      const [trend, canvas] = [this.trend(), this.canvas().nativeElement];
      this.#theme.shown();
      untracked(() => {
        this.#draw(trend, canvas);
      });
    });
    inject(DestroyRef).onDestroy(() => this.#chart?.destroy());
  }

  #draw(trend: Trend, canvas: HTMLCanvasElement): void {
    const datasets = trend.series.map((series) => toDataset(series, colourOf(canvas, series.colour)));
    const options = toOptions(trend.series, paletteOf(canvas), fontOf(canvas));
    if (this.#chart === undefined) {
      this.#chart = new Chart(canvas, { type: 'line', data: { datasets }, options });
    } else {
      this.#chart.data.datasets = datasets;
      this.#chart.options = options;
      this.#chart.update('none');
    }
  }
}

function paletteOf(canvas: HTMLCanvasElement): ChartPalette {
  return {
    text: colourOf(canvas, '--wb-text-2'),
    grid: colourOf(canvas, '--wb-line'),
    surface: colourOf(canvas, '--wb-surface'),
    strong: colourOf(canvas, '--wb-text')
  };
}

/** Chart.js measures in pixels, the board in the reader's text size. */
function fontOf(canvas: HTMLCanvasElement): ChartFont {
  const { fontFamily, fontSize } = getComputedStyle(canvas);
  return { family: fontFamily, size: parseFloat(fontSize) };
}
