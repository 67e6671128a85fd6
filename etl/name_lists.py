"""Names that the United States Census lists of 1990 lack, and words that read like names and are none.

The names are common among people whom detainers name, and mean nothing else in English; the lists are open to additions.
Used by `etl.person_names`.
"""

STRONG_GIVEN = frozenset("""
abdi abdirahman abdirizak abdulkadir abdullah abdullahi ahmed ahmad ayaan aisha dahir deqa fadumo faduma farhan fatima
fatuma hodan hassan hussein halima hamza ibrahim idil ifrah ismail khadija khalid khadra leyla liban maryan maryam
mohamed mohammed mohamud muhammad mustafa mahmoud nasra osman sahra samira shukri yasin yusuf youssef zahra zainab
zakaria abebe abeba alemayehu almaz bekele dawit eyob genet girma kebede kidane meron mesfin mulugeta rahel samrawit
selam senait tadesse tekle tesfaye tigist tsegaye yonas yohannes zewdu aarav amit amrit anil arjun balwinder deepak
gurpreet gurdeep harpreet harjinder jaspreet kuldeep lakshmi manpreet mandeep neha nitin pooja prakash priya rahul
rajesh rajiv rakesh ramesh rohit sandeep sanjay satnam simran sukhdeep sunil suresh sunita vijay vikram aleksandr
aleksandra alexei alexey anastasia andrei andriy bogdan dmitri dmitriy dmitry ekaterina galina igor ihor ilya irina
kateryna konstantin larisa lyudmila maksim mikhail mykola nadezhda natalya nikolai oksana oleg oleh oleksandr olena
pavlo ruslan sergei sergey serhii svetlana tatiana tatyana vadim vasyl viktor viktoriya vitaly vladimir vladislav
volodymyr yelena yevgeny yuri yulia yuliya itzel citlali xochitl yareli guadalupe adebayo adeola chidi chinedu chioma
chukwuma emeka folake funmi ifeoma kofi kwame mamadou moussa ngozi nkechi obinna ousmane oluwaseun segun tunde yetunde
aminata fatou ibrahima dagoberto heriberto wilfredo xiomara wilmer selvin osmin brayan edgardo erlinda hermelinda
isidro jeronimo leonel maynor nery neftali odilia osbin rigoberto rutilio tomasa ubaldo uriel yanira yessica yesenia
yadira zulma froilan eulalia channary sokha sophal rithy bounmy khamla somchai soua takeshi hiroshi yuki kenji naoko
reynaldo jomar rodel arnel jagdeep jasvir parminder balbir gurmeet amandeep navdeep anjali kavita shreya aditya
karthik srinivas venkat liying xiaoming jianguo weiming guoqiang meiling yuhan zhiwei jiahao mohammad parisa farid
reza hamid nasir najib zahir ahmadullah hamidullah habib karim rahim wahid yousef fereshteh laila leila soraya shirin
mahad nuur zeinab nimco khadar abshir bashir sagal fowzia sadia ikran hibo biruk yared tewodros bereket robel filmon
senay freweini oleksii oleksiy vitalii nataliia yuliia dmytro serhiy andrii mariia iryna tetiana halyna liudmyla
bohdan artem giorgi levan vasile gheorghe mihai chinonso chukwuemeka ikechukwu
nnamdi adaeze kwabena akosua abena
alhassan mariama fatoumata aissatou wanjiru njeri connor conner aiden ayden jayden jaden brayden
kayden caden keegan kaitlyn katelyn caitlyn mckenzie mackenzie
makayla mikayla brianna breanna kiara aaliyah nevaeh kaylee kylie ashlyn
""".upper().split())  # fmt: skip
"""Given names: any capitalised word that may be a name makes a pair with them."""

WEAK_GIVEN = frozenset("""
ali amina asha aster hanna haile jama jamal omar raj ravi kiran blessing olga ivan boris pavel petro taras zoya yana
katya anh bich binh chau duc hanh hieu hoa huong huy khanh khoa lan linh mai minh nga ngoc nhung phuc phuong quang
quoc quyen quynh tam thanh thao thi thien thuy tien trang trinh tuan tuyet viet vinh vy xuan yen wei xiao xin ying
yong jing jun lei ming ping qiang tao xia xiang yang yun zhen zhi hao hui jian jie fang feng hong hua ling mei peng
hyun jin seung sung joon jae kyung eun hye ji min
""".upper().split())  # fmt: skip
"""Short given names that the Census lists lack or hardly have; a known last name must stand beside them."""

STRONG_FAMILY = frozenset("""
garcia martinez rodriguez hernandez lopez gonzalez gonzales perez sanchez ramirez torres flores rivera gomez diaz
reyes cruz morales ortiz gutierrez chavez ramos ruiz mendoza alvarez castillo jimenez vasquez romero herrera medina
aguilar vargas castro guzman munoz fernandez salazar soto delgado pena rios alvarado sandoval contreras valdez
guerrero ortega estrada nunez maldonado vega santos espinoza mejia cervantes juarez dominguez velasquez orozco cabrera
nguyen tran pham huynh hoang phan dang bui duong zhang wang chen liu huang zhao zhou choi singh patel kaur sharma gill
khan dhaliwal ahmed hussein hassan mohamed mohamud abdi omar osman yusuf farah warsame jama tesfaye gebre bekele
kebede okafor adeyemi okonkwo mensah diallo petrov petrova ivanov ivanova kuznetsov kovalenko aguirre arevalo argueta
avalos ayala barrios bautista benitez bonilla bustamante calderon campos cardenas cardona carranza carrillo
castellanos chavarria cisneros colindres cordova coronado cortez cuevas escobar escobedo figueroa fuentes galeano
gallegos galindo gamez godoy granados guevara henriquez hidalgo ibarra interiano lara lemus leiva linares lozano
machado macias magana marroquin mazariegos melendez membreno mendez menjivar meza miranda molina montano monroy
montoya murillo najera navarrete navarro ochoa olivares orellana osorio pacheco padilla palacios paredes pascual
peralta pineda polanco ponce portillo quijano quintanilla quintero rangel recinos renteria reynoso rosales rubio saenz
salas salgado salinas sanabria saravia segura serrano sosa suazo tejada tovar trejo trujillo umanzor urbina valenzuela
valladares velasco vides villalobos villanueva villatoro villegas zamora zavala zelaya zepeda zuniga delacruz vang
xiong moua sok chea chhim meas ouk phommasane sayavong yamamoto tanaka suzuki watanabe takahashi kobayashi brar
dhillon grewal sandhu sidhu bhatti chaudhry qureshi siddiqui deshmukh kulkarni reddy iyer mukherjee chatterjee
banerjee rahimi noori karimi haidari hakimi ahmadi mohammadi hosseini azizi amiri popal stanikzai wardak sharifi
naseri saleh haddad khoury mansour warfa abdulle elmi hersi hirsi jibril guled dirie gebremariam gebremedhin
gebreselassie woldemariam berhane teklu abraha hailu mengistu melnyk koval munteanu popescu rusu eze owusu conteh
kamara traore toure sesay jalloh mbaye ndiaye nwosu nwankwo okeke onyango otieno kamau mwangi habimana mukamana
uwimana tshibangu kabongo toussaint
""".upper().split())  # fmt: skip
"""Last names: known beside any word that may be a name, in lower case, and before the given name."""

STRONG_FAMILY_ENDS = ("ENKO", "CHUK", "SHVILI", "SKAYA", "ADZE", "IDZE", "ESCU", "ZADEH")
FAMILY_ENDS = ("OV", "OVA", "EV", "EVA", "NYK", *STRONG_FAMILY_ENDS)

NOT_NAMES = frozenset("""
street avenue road drive lane way place boulevard court square plaza bridge ferry port park hill hills lake river
creek bay beach island isle valley point harbor mount mountain springs heights falls bend grove ridge view woods
forest ranch north south east west city town village county state district region province jail prison facility center
centre building tower hall house garage wing floor room suite office offices desk station precinct academy university
college school hospital clinic medical church library museum airport department division bureau agency board council
commission committee authority administration association foundation company corporation corp inc llc group partners
associates services service systems system solutions technologies technology software controls reports report records
register reuters evidence safety security bank insurance sheriff police auditor attorney prosecutor judge officer
sergeant deputy chief director manager supervisor commander leader clerk staff team unit act bill law code section
chapter title order ordinance form policy program project day night week month quarter year summary totals total
application version build sheet page matter protection justice san santa santo los las el la del casa centro norte
""".upper().split())  # fmt: skip
"""Words for places, offices, firms and papers: a pair that holds one, or goes on to one, is no person."""

PLACES = frozenset("""
adams asotin benton chelan clallam clark columbia cowlitz douglas ferry franklin garfield grant island jefferson king
kitsap kittitas klickitat lewis lincoln mason okanogan pacific pierce skagit skamania snohomish spokane stevens
thurston wahkiakum whatcom whitman yakima marion multnomah jackson madison monroe warren washington virginia georgia
carolina dakota montana florida nevada austin houston dallas denver phoenix orlando charlotte jordan israel chad kent
auburn renton kirkland tacoma everett burien shelton vernon walla chase black diamond january february march april may
june july august september october november december monday friday sunday seattle oregon idaho california texas mexico
""".upper().split())  # fmt: skip
"""Names of places and months that are names of people too: two of them side by side are no person."""

ENGLISH_GIVEN = frozenset("""
will mark grant may june april art bill rich frank grace hope joy faith rose summer dawn pat sue drew chuck rob jack
dean miles ray glen cliff earl guy carol iris chance chase page
""".upper().split())  # fmt: skip
"""Given names that are English words, and are no names in lower case."""

ORGANISATIONS = frozenset({("MORGAN", "STANLEY"), ("MARTIN", "LUTHER"), ("ROBERT", "HALF"), ("NORM", "MALENG")})
"""Pairs of names after which a firm, a county or a building is called."""
