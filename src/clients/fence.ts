import type { Dispatcher } from 'undici';
import { NotLeaderError } from '../errors.ts';
import type { Caller } from './caller.ts';

/**
 * Asks whether the caller may write in the moment when a request goes to its socket: it may have waited for a connection for so
 * long that somebody else leads by now. What `assertMayWrite` throws is what the request fails with. One that is
 * under way when the right is lost is cut off, as it would be with the process.
 */
export function fenceWrites(dispatcher: Dispatcher, caller: Caller | undefined): Dispatcher {
  if (caller === undefined) return dispatcher;
  return dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, options.method === 'GET' ? handler : guard(handler, caller)),
  );
}

function guard(handler: Dispatcher.DispatchHandler, { assertMayWrite, lost }: Caller): Dispatcher.DispatchHandler {
  let cut: (() => void) | undefined;
  const spare = (): void => {
    if (cut !== undefined) lost?.removeEventListener('abort', cut);
  };
  return {
    onRequestStart: (controller, ...start) => {
      assertMayWrite();
      spare();
      cut = () => controller.abort(new NotLeaderError('the right to write was lost meanwhile'));
      lost?.addEventListener('abort', cut);
      handler.onRequestStart?.(controller, ...start);
    },
    onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
    onResponseStart: (...start) => handler.onResponseStart?.(...start),
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => {
      spare();
      handler.onResponseEnd?.(...end);
    },
    onResponseError: (...error) => {
      spare();
      handler.onResponseError?.(...error);
    },
  };
}
