import type { Dispatcher } from 'undici';
import type { Caller } from './caller.ts';

/**
 * Asks whether the caller may write in the moment when a request goes to its socket: it may have waited for a connection for so
 * long that somebody else leads by now. What `assertMayWrite` throws is what the request fails with.
 */
export function fenceWrites(dispatcher: Dispatcher, caller: Caller | undefined): Dispatcher {
  if (caller === undefined) return dispatcher;
  return dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, options.method === 'GET' ? handler : guard(handler, caller.assertMayWrite)),
  );
}

function guard(handler: Dispatcher.DispatchHandler, assertMayWrite: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (...start) => {
      assertMayWrite();
      handler.onRequestStart?.(...start);
    },
    onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
    onResponseStart: (...start) => handler.onResponseStart?.(...start),
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (...error) => handler.onResponseError?.(...error),
  };
}
