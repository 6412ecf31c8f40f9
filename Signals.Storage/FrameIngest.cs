using System.IO.Pipelines;
using Signals.Storage;

namespace Signals;

/// <summary>
/// Carries a stream of event frames (docs/formats/event-frame.md) into a store. The store keeps the stream's position together
/// with the events. So you can send a stream again, from its beginning or from anywhere before the position: each event takes
/// effect once.
/// </summary>
/// <remarks>
/// Thread contract: one run at a time. Several sources can run side by side, each with its own instance and name. A frame that is
/// not an event, or that the store refuses, is counted with its reason and does not stop the stream. Memory is bounded by the
/// store's largest batch and the largest frame (1 MiB), whatever the stream contains.
/// </remarks>
/// <param name="store">The store that receives the events.</param>
/// <param name="source">The stream's name, under which the store keeps its position: 1 to 256 bytes of UTF-8.</param>
public sealed class FrameIngest(SignalStore store, string source)
{
    /// <summary>
    /// Identifies the source, if its owner can tell, for example by a topic's id. Otherwise the source is recognised by its first
    /// bytes, if they are sent or the stream can seek to them. A stream that begins later and cannot seek is trusted to be the
    /// same source.
    /// </summary>
    public SourceIncarnation Incarnation { get; init; }

    /// <inheritdoc cref="RunAsync(PipeReader, long, CancellationToken)"/>
    /// <param name="stream">The frames; read to its end and left open.</param>
    /// <param name="beginsAt">
    /// The position in the source of the first byte, in bytes: 0 when the whole source is sent, otherwise at most the position
    /// that the store returned.
    /// </param>
    /// <param name="cancellationToken">Ends the run between two groups; what was appended stays.</param>
    public Task<FrameIngestResult> RunAsync(Stream stream, long beginsAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PipeReader pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        bool standsInSource = stream.CanSeek && beginsAt > 0 && stream.Position == beginsAt;
        return RunAsync(pipe, beginsAt, standsInSource ? stream : null, cancellationToken);
    }

    /// <summary>
    /// Reads frames until the stream ends, then waits until the last one is acknowledged as the store's durability mode promises.
    /// Events that have arrived become visible before the call waits for more.
    /// </summary>
    /// <param name="pipe">The frames; the pipe is completed at the end.</param>
    /// <param name="beginsAt">
    /// The position in the source of the first byte, in bytes: 0 when the whole source is sent, otherwise at most the position
    /// that the store returned.
    /// </param>
    /// <param name="cancellationToken">Ends the run between two groups; what was appended stays.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="beginsAt"/> is negative, or beyond the store's position: the bytes between would be missing.
    /// </exception>
    /// <exception cref="SourceChangedException">
    /// The source is not the one whose position the store has, it ends before that position, or no frame begins there.
    /// </exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public Task<FrameIngestResult> RunAsync(PipeReader pipe, long beginsAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return RunAsync(pipe, beginsAt, whole: null, cancellationToken);
    }

    private async Task<FrameIngestResult> RunAsync(PipeReader pipe, long beginsAt, Stream? whole, CancellationToken cancellationToken)
    {
        SourcePosition? known = store.GetSource(source);
        ArgumentOutOfRangeException.ThrowIfNegative(beginsAt);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(beginsAt, known?.Position ?? 0);
        SourceCheck check = new(source, known, Incarnation, seesBeginning: beginsAt == 0 || whole is not null);
        if (whole is not null)
        {
            if (whole.Length < beginsAt)
            {
                check.RequireEnd(whole.Length);
            }

            await FeedBeginningAsync(whole, check.Beginning, beginsAt, cancellationToken).ConfigureAwait(false);
        }

        EventFrameReader reader = new(pipe, store.Schema, nameInFrames: null, check.Resume - beginsAt)
        {
            Beginning = beginsAt == 0 ? check.Beginning : null,
        };
        await using (reader.ConfigureAwait(false))
        {
            return await new FrameIngestPass(store, source, reader, check, beginsAt).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task FeedBeginningAsync(
        Stream whole, SourceBeginning beginning, long beginsAt, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[SourceIncarnation.MaxPrefixBytes];
        whole.Position = 0;
        int read = await whole.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        whole.Position = beginsAt;
        beginning.Add(bytes.AsSpan(0, read));
    }
}
