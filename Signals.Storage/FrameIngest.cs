using System.IO.Pipelines;
using Signals.Storage.Frames;

namespace Signals.Storage;

/// <summary>
/// Carries a stream of event frames (docs/formats/event-frame.md) into a store. The stream's position goes with the events, so a stream
/// that is sent again, from its beginning or from anywhere before the position, is applied once in effect.
/// </summary>
/// <remarks>
/// Thread contract: one run at a time; several sources run side by side, each with an instance and a name of its own. A frame that is no
/// event, or that the store refuses, is counted with its reason and does not stop the stream. Memory is bounded by the store's largest
/// batch and the largest frame (1 MiB), whatever the stream says.
/// </remarks>
/// <param name="store">Where to.</param>
/// <param name="source">The stream's name, under which the store keeps its position: 1 to 256 bytes of UTF-8.</param>
public sealed class FrameIngest(SignalStore store, string source)
{
    /// <inheritdoc cref="RunAsync(PipeReader, long, CancellationToken)"/>
    /// <param name="stream">The frames; read to its end and left open.</param>
    /// <param name="beginsAt">The position in the source of the first byte, in bytes: 0 when the whole source is sent, otherwise at most the position that the store gave.</param>
    /// <param name="cancellationToken">Ends the run between two groups; what was appended stays.</param>
    public Task<FrameIngestResult> RunAsync(Stream stream, long beginsAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return RunAsync(PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true)), beginsAt, cancellationToken);
    }

    /// <summary>
    /// Reads frames until the stream ends and waits until the last one is acknowledged as the store's durability mode promises. What has
    /// arrived becomes visible before more is waited for.
    /// </summary>
    /// <param name="pipe">The frames; completed at the end.</param>
    /// <param name="beginsAt">The position in the source of the first byte, in bytes: 0 when the whole source is sent, otherwise at most the position that the store gave.</param>
    /// <param name="cancellationToken">Ends the run between two groups; what was appended stays.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beginsAt"/> is negative, or beyond the store's position: bytes would be missing.</exception>
    /// <exception cref="Core.Model.StorePoisonedException">The store has failed.</exception>
    public async Task<FrameIngestResult> RunAsync(PipeReader pipe, long beginsAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        long resume = store.GetResumePosition(source) ?? 0;
        ArgumentOutOfRangeException.ThrowIfNegative(beginsAt);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(beginsAt, resume);
        EventFrameReader reader = new(pipe, store.Schema, nameInFrames: null, resume - beginsAt);
        await using (reader.ConfigureAwait(false))
        {
            return await new FrameIngestRun(store, source, reader, beginsAt).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
