namespace Signals.Tests.Samples.ConsoleHost;

/// <summary>A stream that gives at most so many bytes per read, as a slow pipe does.</summary>
internal sealed class SlowStream(byte[] content, int bytesPerRead) : MemoryStream(content, writable: false)
{
    public override bool CanSeek => false;

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, bytesPerRead)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, bytesPerRead));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));
}
