const parameters = new URLSearchParams(location.search);

export const IS_PROXY_MODE = parameters.has('proxy');

/** Where the API is, if it is not that of the region. */
export const API_ORIGIN = parameters.get('api');

/** A request for which the scope `analytics:readonly` is needed. */
export const QUERY_URL = `${API_ORIGIN ?? 'https://api.mypurecloud.de'}/api/v2/analytics/queues/observations/query`;
export const QUERY = {
  filter: { type: 'or', predicates: [{ dimension: 'queueId', value: '00000000-0000-4000-8000-000000000000' }] },
  metrics: ['oWaiting']
};
