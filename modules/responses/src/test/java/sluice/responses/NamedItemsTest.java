package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedItemsTest {
    private static Optional<String> found(String body) {
        byte[] json = body.getBytes(StandardCharsets.UTF_8);
        return NamedItems.in(json, 0, json.length).stream().filter(id -> !id.startsWith("mine")).findFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'input':[{'type':'item_reference','id':'theirs'}]}",
        "{'input':[{'id':'theirs'}]}",
        "{'input':[{'id':'mine'},{'id':'theirs','type':null}]}",
        "{'input':[ {'role':'user','content':'x'} , {'type':'item_reference' , 'id' : 'theirs'} ]}",
        "{'input':[{'type':'item_reference','content':'x','id':'theirs'}]}",
        "{'input':[{'type':'message','type':'item_reference','content':'x','id':'theirs'}]}",
        "{'input':[{'type':'item_reference','type':'message','content':'x','id':'theirs'}]}",
        "{'input':[{'id':'mine','id':'theirs'}]}",
        "{'input':[{'type':'reasoning','id':'theirs','summary':[]}]}",
        "{'input':[{'type':'reasoning','id':'theirs','summary':[{'text':'x'}],'encrypted_content':null}]}",
        "{'input':[{'type':'reasoning','id':'theirs','encrypted_content':'','content':[ ]}]}",
        "{'input':[{'type':'reasoning','id':'theirs','name':'x','result':'y'}]}",
        "{'input':[{'type':'image_generation_call','id':'theirs'}]}",
        "{'input':[{'type':'image_generation_call','id':'theirs','result':null,'name':'x'}]}",
        "{'input':[{'type':'web_search_call','id':'theirs','status':'completed'}]}",
        "{'input':[{'type':'reasoning','id':'theirs','encrypted_content':'gAAA','encrypted_content':null}]}",
        "{'input':[{'type':'reasoning','id':'theirs','encrypted_content':null,'encrypted_content':'gAAA'}]}",
        "{'input':[{'type':'reasoning','id':'theirs','Encrypted_Content':'gAAA'}]}",
        "{'input':[{'type':'reasoning','id':'theirs','encrypted_content':'gAAA','\\u0065ncrypted_content':''}]}",
        "{'input':[{'type':'message','role':'assistant','id':'theirs','content':'x','content':[]}]}",
        "{'input':[{'type':'message','role':'assistant','id':'theirs','CONTENT':'x'}]}",
        "{'input':[{'type':'message','role':'assistant','id':'theirs','name':'x'}]}",
        "{'input':[{'id':'theirs','name':'x'}]}",
        "{'input':[{'type':null,'id':'theirs','arguments':'x'}]}",
        "{'input':[{'type':'image_generation_call','id':'theirs','result':'aGk=','result':null}]}",
        "{'input':[{'\\u0069d':'theirs'}]}",
        "{'input':[{'i\\u0064':'theirs'}]}",
        "{'inpu\\u0074':[{'id':'theirs'}]}",
        "{'input':[{'ID':'theirs'}]}",
        "{'Input':[{'Type':'item_reference','Id':'theirs'}]}",
        "{'input':[],'input':[{'id':'theirs'}]}",
        "{'input':{'id':'theirs'}}",
        "{'items':[{'id':'theirs'}]}",
        "{'item':{'id':'theirs'}}",
        "{'tools':[{'type':'code_interpreter','container':'theirs'}]}",
        "{'tools':[{'type':'code_interpreter','name':'x','con\\u0074ainer':'theirs'}]}",
        "{'tools':[{'type':'shell','environment':{'type':'container_reference','container_id':'theirs'}}]}"})
    void whatIsTakenFromTheStoreIsFound(String body) {
        assertEquals(Optional.of("theirs"), found(body.replace('\'', '"')), body);
    }

    @Test
    void looksForSoManyAndNoMore() {
        byte[] json = ("{\"input\":[" + "{\"id\":\"a\"},".repeat(100_000) + "{}]}").getBytes(StandardCharsets.UTF_8);
        assertEquals(NamedItems.MOST + 1, NamedItems.in(json, 0, json.length).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}",
        "{'input':'id'}",
        "{'input':[{'id':'mine'},{'type':'item_reference','id':'mine too'}]}",
        "{'input':[{'type':'message','role':'assistant','id':'theirs','content':[{'type':'output_text','text':'x'}]}]}",
        "{'input':[{'type':'reasoning','id':'theirs','summary':[],'encrypted_content':'gAAA'}]}",
        "{'input':[{'type':'function_call','id':'theirs','call_id':'c','name':'f','arguments':'{}'}]}",
        "{'input':[{'type':'function_call_output','id':'theirs','call_id':'c','output':'x'}]}",
        "{'input':[{'type':'image_generation_call','id':'theirs','result':'aGk='}]}",
        "{'input':[{'type':'web_search_call','id':'theirs','action':{'type':'search','query':'x'}}]}",
        "{'input':[{'type':'code_interpreter_call','id':'theirs','code':'1','container_id':'theirs'}]}",
        "{'input':[{'type':'of_tomorrow','id':'theirs','name':'x'}]}",
        "{'input':[{'role':'assistant','id':'theirs','content':'x'}]}",
        "{'input':[{'role':'user','content':[{'type':'input_text','text':'x','id':'theirs'}]}]}",
        "{'input':[{'role':'user','content':'{\\'id\\':\\'theirs\\'}'}]}",
        "{'tools':[{'type':'code_interpreter','container':{'type':'auto'}}]}",
        "{'tools':[{'type':'function','name':'f','parameters':{'properties':{'id':{'type':'string'}}}}]}",
        "{'metadata':{'id':'theirs'}}"})
    void whatBringsItsContentIsNot(String body) {
        assertEquals(Optional.empty(), found(body.replace('\'', '"')), body);
    }
}
