namespace Signals.Generators;

/// <summary>
/// What is generated for one event. It says nothing of places in the source, so that it stays equal when only they change.
/// </summary>
internal sealed record EventModel
{
    /// <summary>The namespace; empty for the global one.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The heads of the types around the event, outermost first, such as <c>partial class Shop</c>.</summary>
    public EquatableList<string> Around { get; set; }

    /// <summary>The head of the event, such as <c>partial record struct View</c>.</summary>
    public string Head { get; set; } = "";

    /// <summary>The full name of the event in C#.</summary>
    public string FullName { get; set; } = "";

    /// <summary>The name of the generated file, without its end.</summary>
    public string FileName { get; set; } = "";

    /// <summary>The event type's name in the store.</summary>
    public string EventType { get; set; } = "";

    /// <summary>The calls behind the columns, such as <c>.KeepLast(500)</c>.</summary>
    public EquatableList<string> Limits { get; set; }

    /// <summary>The property that holds the user, escaped.</summary>
    public string User { get; set; } = "";

    /// <summary>The property that holds the time, escaped.</summary>
    public string Time { get; set; } = "";

    /// <summary>Whether the time is a number of milliseconds.</summary>
    public bool IsTimeInMs { get; set; }

    /// <summary>The property that holds the id, escaped.</summary>
    public string Id { get; set; } = "";

    /// <summary>The columns in the order of the declaration.</summary>
    public EquatableList<ColumnModel> Columns { get; set; }
}
