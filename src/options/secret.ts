/**
 * Knows a provider's secret key by its looks: it begins as keys of model providers, Stripe, Google, AWS, GitHub and Slack
 * do, is a whole Authorization header, or a token signed for Supabase's `service_role` (that word in base64, at each of
 * its three alignments). A key is told from a product's name by 16 letters and digits without a break. A visitor's own
 * signed token, and keys that providers call publishable, are none.
 *
 * @see https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 */
export const SECRET =
  /(?<![\w.-])(?:(?:g?s|r)k[-_][\w-]*?(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{16}|(?:AIza|AKIA|gh[oprsu]_|xox[a-eprs]-|Bearer )[\w-]{16}|eyJ.*(?:c2VydmljZV9yb2xl|NlcnZpY2Vfcm9sZ|zZXJ2aWNlX3JvbG))/;
