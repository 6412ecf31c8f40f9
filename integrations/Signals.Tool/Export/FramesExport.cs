using System.Buffers;

namespace Signals.Tool.Export;

/// <summary>Writes length-prefixed MessagePack frames; see docs/formats/event-frame.md. Used by one thread.</summary>
internal sealed class FramesExport(Stream output) : IEventExport
{
    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private readonly EventFrameWriter _writer = new();

    public void Write(SingleEvent single)
    {
        _frame.ResetWrittenCount();
        _writer.Write(single, _frame);
        output.Write(_frame.WrittenSpan);
    }

    public void Dispose() => output.Flush();
}
