import type { Dispatcher } from 'undici';

/**
 * Asks again whether we may write in the moment when a request goes to its socket: it may have waited for a connection for so
 * long that somebody else leads by now. What `assertMayWrite` throws is what the request fails with.
 */
export function fenceWrites(assertMayWrite: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, options.method === 'GET' ? handler : guard(handler, assertMayWrite));
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
