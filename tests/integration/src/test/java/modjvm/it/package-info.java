/** The whole of mod_jvm, as an administrator installs it, in private httpds. */
package modjvm.it;
