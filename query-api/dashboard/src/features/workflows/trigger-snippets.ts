/** A run asked for by a program that has a key. */
export function apiCall(origin: string, id: string): string {
  return `curl -X POST ${origin}/api/workflows/${id}/trigger \\
  -H "Authorization: Bearer $PROMPT_MANAGE_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: order-4711" \\
  -d '{"triggerData": {"name": "Ada"}}'`;
}

/** A call of the workflow's hook, signed as the API wants it. */
export function signedCall(origin: string, id: string, secret: string | undefined): string {
  return `secret='${secret ?? "whsec_…"}'
body='{"name": "Ada"}'
time=$(date +%s)
signature=$(printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
curl -X POST ${origin}/api/hooks/${id} \\
  -H "Content-Type: application/json" \\
  -H "Prompt-Manage-Signature: t=$time,v1=$signature" \\
  -d "$body"`;
}
