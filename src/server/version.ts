/** The package's version, as `GET {endpoint}/health` tells it. */
export const SERVER_VERSION = '0.1.0';
