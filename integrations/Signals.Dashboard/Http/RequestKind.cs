namespace Signals.Dashboard.Http;

/// <summary>What a request asks for.</summary>
internal enum RequestKind
{
    /// <summary>The page itself, or a part of it; it holds no data.</summary>
    Page,

    /// <summary>Data.</summary>
    Data,

    /// <summary>An answer to something that is sent, which changes nothing.</summary>
    Question,

    /// <summary>A change.</summary>
    Change,
}
