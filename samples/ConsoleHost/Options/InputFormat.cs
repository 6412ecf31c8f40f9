namespace Signals.Samples.ConsoleHost.Options;

/// <summary>How the bytes of --input are to be understood.</summary>
internal enum InputFormat
{
    /// <summary>Comma-separated values with a header line, plain or gzip.</summary>
    Csv,

    /// <summary>Length-prefixed MessagePack event frames, plain or gzip (docs/formats/event-frame.md).</summary>
    Frames,

    /// <summary>Lines of JSON as `signals export` writes them, plain or gzip.</summary>
    JsonLines,
}
