/** A private httpd for tests: its configuration, its processes, its logs, its clients. */
package modjvm.it.harness;
