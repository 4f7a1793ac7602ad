/** Asks the server that the page is from. */

const token = new URLSearchParams(location.search).get('token') ?? '';

/** Throws Error with a sentence for people: why it was refused, or that nobody answers. */
export async function ask<T>(route: string, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(route, { method, headers }).catch(() => {
    throw new Error('svscheck does not answer: it has ended, or is to be started again');
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error((answer as { message: string }).message);
  return answer as T;
}
