import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';
import { limitConnecting } from './connect-limit.ts';
import { destinationOf, type ProxyRoute } from './destination.ts';
import { abortReason, receiveBody } from './receive-body.ts';
import { gathered, requestFields } from './request-fields.ts';
import type { RequestSpec, ResponseHead, Sender, SenderOptions, SendOptions } from './send.ts';
import { TunnelAgent } from './tunnel-agent.ts';
import { expectsContinue, giveUpBody, writeBody } from './write-body.ts';

/** Sends with Node's own HTTP/1.1 client, node:http and node:https. */
export class HttpSender implements Sender {
  readonly #options: SenderOptions;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;
  #tunnel: TunnelAgent | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#plain = new http.Agent({ keepAlive: options.keepAlive });
    this.#secure = new https.Agent({ keepAlive: options.keepAlive });
  }

  send(request: RequestSpec, options: SendOptions): Promise<ResponseHead> {
    return new Promise((resolve, reject) => {
      options.signal.throwIfAborted();
      const sent = this.#start(request);
      const cancel = (reason: Error): void => {
        sent.destroy(reason);
        this.#tunnel?.cancel(reason);
      };
      const stopTimer = limitConnecting(this.#options.connectTimeout, cancel);
      sent.once('socket', (socket) => {
        if (sent.reusedSocket) stopTimer();
        else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', stopTimer);
      });
      const abort = (): void => cancel(abortReason(options.signal));
      options.signal.addEventListener('abort', abort);
      const finish = (): void => {
        stopTimer();
        options.signal.removeEventListener('abort', abort);
      };
      sent.on('error', (error) => {
        finish();
        reject(error);
      });
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        finish();
        resolve(headOf(response));
      });
      sent.on('response', (response) => {
        const head = headOf(response);
        receiveBody(response, head, options)
          .then(() => {
            giveUpBody(sent);
            resolve(head);
          }, reject)
          .finally(finish);
      });
      if (expectsContinue(request)) sent.flushHeaders();
      writeBody(sent, request);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
    this.#tunnel?.destroy();
  }

  #start(request: RequestSpec): http.ClientRequest {
    const { url } = request;
    const { unixSocket } = this.#options;
    const { host, port, proxy, secure, dial, tls } = destinationOf(url, this.#options);
    const common: https.RequestOptions = {
      protocol: url.protocol,
      method: request.method,
      path: url.pathname + url.search,
      host,
      port,
      setHost: false,
      headers: gathered(requestFields(request)),
      ...(unixSocket === undefined ? {} : { socketPath: unixSocket }),
      ...dial,
    };
    let sent: http.ClientRequest;
    if (secure) {
      const agent = proxy === undefined ? this.#secure : this.#tunnelThrough(proxy);
      sent = https.request({ ...common, agent, ...tls });
    } else if (proxy === undefined) sent = http.request({ ...common, agent: this.#plain });
    else sent = this.#throughProxy(proxy, url, common);
    if (request.omit.has('connection') && !sent.headersSent) sent.removeHeader('Connection');
    return sent;
  }

  /** For http the proxy gets the request itself, with the whole URL in its first line (RFC 9112 section 3.2.2). */
  #throughProxy(proxy: ProxyRoute, url: URL, common: https.RequestOptions): http.ClientRequest {
    const headers = common.headers as Record<string, string | string[]>;
    if (proxy.authorization !== undefined) headers['Proxy-Authorization'] = proxy.authorization;
    const path = `${url.origin}${url.pathname}${url.search}`;
    const toProxy = { ...common, host: proxy.host, port: proxy.port, path, headers };
    if (!proxy.secure) return http.request({ ...toProxy, agent: this.#plain });
    return https.request({ ...toProxy, protocol: 'https:', agent: this.#secure, ...proxy.tls });
  }

  #tunnelThrough(proxy: ProxyRoute): TunnelAgent {
    this.#tunnel ??= new TunnelAgent(proxy, { keepAlive: this.#options.keepAlive });
    return this.#tunnel;
  }
}

function headOf(response: http.IncomingMessage): ResponseHead {
  return {
    status: response.statusCode ?? 0,
    field: (name) => response.headersDistinct[name.toLowerCase()]?.[0],
  };
}
