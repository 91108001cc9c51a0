import { createLru } from './lru.ts';

describe('a map of limited size', () => {
  it('drops the entry that was not used for longest', () => {
    const dropped: string[] = [];
    const map = createLru<string, number>(2, { dispose: (_value, key) => dropped.push(key) });
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('a', 3);
    map.set('c', 4);
    expect([...map.entries()]).toEqual([
      ['c', 4],
      ['a', 3]
    ]);
    map.set('d', 5);
    expect([...map.keys()]).toEqual(['d', 'c']);
    expect(dropped).toEqual(['a', 'b', 'a']);
  });
});
