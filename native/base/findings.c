#include "findings.h"

#include "path_walk.h"

mj_findings_t *mj_findings_make(apr_pool_t *pool)
{
    mj_findings_t *findings = apr_palloc(pool, sizeof(*findings));
    findings->doubts = apr_array_make(pool, 1, sizeof(const char *));
    findings->warnings = apr_array_make(pool, 1, sizeof(const char *));
    return findings;
}

void mj_findings_add(mj_findings_t *findings, const char *root, const char *path, const char *message)
{
    bool is_users = mj_path_is_users(findings->doubts->pool, root, path);
    APR_ARRAY_PUSH(is_users ? findings->warnings : findings->doubts, const char *) = message;
}
