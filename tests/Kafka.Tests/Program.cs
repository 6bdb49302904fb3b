using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

// The tests start this assembly as a process of its own:
//   connect   makes a connection, which loads the native library; prints what that says
if (args is ["connect"])
{
    try
    {
        _ = new KafkaConnection("127.0.0.1:1", NullLoggerFactory.Instance);
        Console.WriteLine("connected");
    }
    catch (SettingsException refusal)
    {
        Console.WriteLine(refusal.Message);
    }
}
