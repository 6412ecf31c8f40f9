using Signals.Bench.Compare;

try
{
    switch (args)
    {
        case ["compare", .. string[] rest]:
            return new CompareCommand(CompareOptions.Parse(rest)).Run();
        default:
            Console.Error.WriteLine(CompareOptions.Usage);
            return 2;
    }
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
