namespace Signals.Samples.ConsoleHost.Options;

/// <summary>What decides the event type of a CSV row.</summary>
internal enum EventTypeSource
{
    /// <summary>Every row has the same type.</summary>
    Constant,

    /// <summary>A column holds the type's name.</summary>
    Column,

    /// <summary>The rule of the online-retail preset, from InvoiceNo and Quantity.</summary>
    OnlineRetail,
}
