namespace Signals.Tool.Export;

/// <summary>Writes events in one file format. Used by one thread. Disposing it completes the file.</summary>
internal interface IEventExport : IDisposable
{
    void Write(SingleEvent single);
}
