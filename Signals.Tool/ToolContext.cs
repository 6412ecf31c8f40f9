using System.Text.Json;
using Signals.Tool.Export;
using Spectre.Console;

namespace Signals.Tool;

/// <summary>What a command writes to. One command at a time.</summary>
/// <param name="Console">Text for people, or JSON.</param>
/// <param name="OpenOutput">Opens the raw standard output, for exports.</param>
/// <param name="Messages">Notes: standard error, so that output stays clean.</param>
/// <param name="Progress">Where progress is drawn: standard error, and only when that is a terminal.</param>
/// <param name="Answers">Where questions are answered; null when there is nobody to ask.</param>
internal sealed record ToolContext(IAnsiConsole Console, Func<Stream> OpenOutput, TextWriter Messages, IAnsiConsole Progress, TextReader? Answers = null)
{
    /// <summary>Prints a line as it is, however wide.</summary>
    public void WriteRaw(string line) => Console.Profile.Out.Writer.WriteLine(line);

    /// <summary>Prints one JSON object on a line.</summary>
    public void WriteObject(Action<Utf8JsonWriter> properties) => WriteRaw(JsonText.Of(json =>
    {
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
    }));
}
