/** The channels of one browser, as jsdom has none. Real tabs talk in the browser tests. */
export class FakeChannel {
  static all: FakeChannel[] = [];
  static said: { name: string; data: unknown }[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly name: string;

  static install(): void {
    FakeChannel.all = [];
    FakeChannel.said = [];
    Object.defineProperty(globalThis, 'BroadcastChannel', { configurable: true, value: FakeChannel });
  }

  static remove(): void {
    Reflect.deleteProperty(globalThis, 'BroadcastChannel');
  }

  constructor(name: string) {
    this.name = name;
    FakeChannel.all.push(this);
  }

  postMessage(data: unknown): void {
    FakeChannel.said.push({ name: this.name, data });
    for (const other of FakeChannel.all) {
      if (other === this || other.name !== this.name) continue;
      queueMicrotask(() => other.onmessage?.({ data }));
    }
  }

  close(): void {
    FakeChannel.all = FakeChannel.all.filter((other) => other !== this);
  }
}
