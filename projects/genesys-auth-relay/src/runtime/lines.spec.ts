import { createLines } from './lines.ts';

function moments() {
  const written: string[] = [];
  const due: (() => void)[] = [];
  const lines = createLines({ write: (text) => written.push(text) }, (act) => due.push(act));
  const pass = () => {
    for (const act of due.splice(0)) act();
  };
  return { lines, written, due, pass };
}

describe('the lines of the log', () => {
  // Also after a failure: the files of a worker share their timers.
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that come together are written together, in their order', () => {
    const { lines, written, pass } = moments();
    lines.write('1\n');
    lines.write('2\n');
    expect(written).toEqual([]);
    pass();
    expect(written).toEqual(['1\n2\n']);
    lines.write('3\n');
    pass();
    expect(written).toEqual(['1\n2\n', '3\n']);
  });

  it('ask for a moment once, and write nothing where nothing waits', () => {
    const { lines, written, due, pass } = moments();
    lines.write('1\n');
    lines.write('2\n');
    expect(due).toHaveLength(1);
    lines.flush();
    pass();
    lines.flush();
    expect(written).toEqual(['1\n2\n']);
  });

  it('go elsewhere where that is said, and are not written twice', () => {
    const { lines, written, pass } = moments();
    const last: string[] = [];
    lines.write('1\n');
    lines.flush({ write: (text) => last.push(text) });
    pass();
    expect([last, written]).toEqual([['1\n'], []]);
  });

  it('do not pile up', () => {
    const { lines, written, pass } = moments();
    const long = 'x'.repeat(40_000);
    lines.write(long);
    lines.write(long);
    expect(written).toEqual([long + long]);
    lines.write('3');
    pass();
    expect(written).toEqual([long + long, '3']);
  });

  it('wait ten milliseconds at most', () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const lines = createLines({ write: (text) => written.push(text) });
    lines.write('1');
    vi.advanceTimersByTime(9);
    lines.write('2');
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written).toEqual(['12']);
  });

  it('are asked for anew after a sink that fails', () => {
    const written: string[] = [];
    const due: (() => void)[] = [];
    const write = (text: string) => {
      if (written.push(text) === 1) throw new Error('full');
    };
    const lines = createLines({ write }, (act) => due.push(act));
    lines.write('1');
    expect(() => due.shift()?.()).toThrow('full');
    lines.write('2');
    due.shift()?.();
    expect(written).toEqual(['1', '2']);
  });
});
