/** A page that a browser shows. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

export interface OpenOptions {
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const MOST_REDIRECTS = 20;

/** Keeps cookies by origin and follows redirects, as a browser does. It runs no script. */
export class HttpBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Every address that it was sent to, in order. */
  readonly visited: URL[] = [];

  /** The header Cookie for an origin. */
  cookiesOf(origin: string): string {
    return [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async open(address: URL | string, { form, headers }: OpenOptions = {}): Promise<Page> {
    let url = new URL(address);
    let body = form && new URLSearchParams(form);
    for (let redirects = 0; redirects < MOST_REDIRECTS; redirects++) {
      this.visited.push(url);
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        ...(body && { body }),
        headers: { cookie: this.cookiesOf(url.origin), ...headers },
        redirect: 'manual',
      });
      this.#keep(url.origin, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, text: await response.text() };
      [url, body] = [new URL(location, url), undefined];
    }
    throw new Error('The redirects do not end.');
  }

  /** Goes through the login and consent pages of the test's provider. */
  async logIn(address: URL | string, login: string): Promise<Page> {
    let page = await this.open(address);
    for (let prompt; (prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1]);)
      page = await this.open(page.url, { form: { prompt, login, password: 'any' } });
    return page;
  }

  /** Confirms the logout page of the test's provider. */
  async confirmLogout(address: URL | string): Promise<Page> {
    const page = await this.open(address);
    const [, action] = /action="([^"]+)"/.exec(page.text) ?? [];
    const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    return this.open(action!, { form: { xsrf: xsrf!, logout: 'yes' } });
  }

  #keep(origin: string, lines: readonly string[]): void {
    const cookies = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, cookies);
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name!);
      else cookies.set(name!, value!);
    }
  }
}
