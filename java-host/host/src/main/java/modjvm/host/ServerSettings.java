package modjvm.host;

/**
 * How a daemon serves.
 *
 * @param httpdUid whose connections are taken, beside root's; negative: everybody's
 * @param threads how many requests may be in applications at once
 * @param sendBufferBytes of the daemon's end of each connection; 0: as the kernel has it
 * @param areThreadsVirtual whether virtual threads serve the connections
 */
record ServerSettings(long httpdUid, int threads, int sendBufferBytes, boolean areThreadsVirtual) {}
