package io.freeport;

/**
 * A consumer that was started on a held port, and has it.
 *
 * @param port the port, to be closed when the consumer has stopped
 * @param consumer what the {@link PortConsumer} returned
 * @param <T> the consumer's type
 * @since 0.1.0
 */
public record StartedConsumer<T>(HeldPort port, T consumer) {}
