using Signals.Core.Ingest;

namespace Signals.Tool.Export;

/// <summary>A file format that events are written in. One thread; disposing finishes the file.</summary>
internal interface IEventExport : IDisposable
{
    void Write(EventRecord record);
}
