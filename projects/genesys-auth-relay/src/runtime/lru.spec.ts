import { createLru } from './lru.ts';

describe('createLru()', () => {
  it('drops the least recently used entry', () => {
    const dropped: string[] = [];
    const cache = createLru<number>(2, { dispose: (_value, key) => dropped.push(key) });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('a', 3);
    cache.set('c', 4);
    expect([...cache.entries()]).toEqual([
      ['c', 4],
      ['a', 3]
    ]);
    cache.set('d', 5);
    expect([...cache.keys()]).toEqual(['d', 'c']);
    expect(dropped).toEqual(['a', 'b', 'a']);
  });
});
